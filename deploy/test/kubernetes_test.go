package test

import (
	"errors"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// cluster is what `kubectl apply -k` sends.
type cluster struct {
	settings    corev1.ConfigMap
	service     corev1.Service
	migrate     batchv1.Job
	deployments map[string]appsv1.Deployment
}

// built builds the kustomization and decodes each object by its type: a field
// that Kubernetes does not have is an error.
func built(t *testing.T) cluster {
	t.Helper()
	result, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "../kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	c := cluster{deployments: map[string]appsv1.Deployment{}}
	for _, object := range result.Resources() {
		text, err := object.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		switch object.GetKind() {
		case "ConfigMap":
			err = yaml.UnmarshalStrict(text, &c.settings)
		case "Service":
			err = yaml.UnmarshalStrict(text, &c.service)
		case "Job":
			err = yaml.UnmarshalStrict(text, &c.migrate)
		case "Deployment":
			var d appsv1.Deployment
			err = yaml.UnmarshalStrict(text, &d)
			c.deployments[d.Name] = d
		default:
			err = errors.New("no test knows this kind")
		}
		if err != nil {
			t.Errorf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
		if object.GetNamespace() != "twelvefold" {
			t.Errorf("%s %s is in namespace %q", object.GetKind(), object.GetName(), object.GetNamespace())
		}
	}
	return c
}

func TestKubernetes(t *testing.T) {
	t.Parallel()
	c := built(t)
	image := c.migrate.Spec.Template.Spec.Containers[0].Image
	if !strings.Contains(image, "/") || !strings.Contains(image, ":v") {
		t.Errorf("the image %q has no registry or version", image)
	}
	grace, err := time.ParseDuration(c.settings.Data["SHUTDOWN_GRACE"])
	if err != nil {
		t.Error(err)
	}
	pods := map[string]corev1.PodSpec{"migrate": c.migrate.Spec.Template.Spec}
	for _, name := range []string{"web", "worker"} {
		d, ok := c.deployments["twelvefold-"+name]
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		pods[name] = d.Spec.Template.Spec
		if d.Spec.Selector.MatchLabels["app.kubernetes.io/component"] != name || d.Spec.Template.Labels["app.kubernetes.io/component"] != name {
			t.Errorf("%s selects %v", name, d.Spec.Selector.MatchLabels)
		}
		patience := time.Duration(*d.Spec.Template.Spec.TerminationGracePeriodSeconds) * time.Second
		if hook := d.Spec.Template.Spec.Containers[0].Lifecycle; hook != nil {
			patience -= time.Duration(hook.PreStop.Sleep.Seconds) * time.Second
		}
		if patience <= grace {
			t.Errorf("%s may be killed within SHUTDOWN_GRACE", name)
		}
	}
	for name, pod := range pods {
		harmless(t, name, pod)
		if main := pod.Containers[0]; main.Image != image || len(main.Args) != 1 || main.Args[0] != name || main.Command != nil {
			t.Errorf("%s runs %v %v of %s", name, main.Command, main.Args, main.Image)
		}
	}
	web := pods["web"].Containers[0]
	if web.ReadinessProbe.HTTPGet.Path != "/readyz" || web.LivenessProbe.HTTPGet.Path != "/healthz" || web.StartupProbe.HTTPGet.Path != "/healthz" {
		t.Error("web is asked elsewhere than it answers")
	}
	if c.service.Spec.Selector["app.kubernetes.io/component"] != "web" || c.service.Spec.Ports[0].TargetPort.String() != web.Ports[0].Name {
		t.Errorf("the service leads elsewhere: %v", c.service.Spec)
	}
	if c.migrate.Spec.Template.Spec.RestartPolicy != corev1.RestartPolicyNever {
		t.Error("the migration is restarted in place")
	}
}

// harmless wants a pod that may no more than it needs.
func harmless(t *testing.T, name string, pod corev1.PodSpec) {
	t.Helper()
	if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken || !*pod.SecurityContext.RunAsNonRoot || *pod.SecurityContext.RunAsUser != 10001 {
		t.Errorf("%s has a token of the cluster, or runs as another user than the image's", name)
	}
	for _, container := range pod.Containers {
		may := container.SecurityContext
		if *may.AllowPrivilegeEscalation || !*may.ReadOnlyRootFilesystem || may.Capabilities.Drop[0] != "ALL" {
			t.Errorf("%s may more than it needs", name)
		}
		if container.Resources.Requests.Cpu().IsZero() || container.Resources.Limits.Memory().IsZero() {
			t.Errorf("%s takes what it likes", name)
		}
	}
}
