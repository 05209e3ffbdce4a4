{{- define "hard.image" -}}
{{- $own := merge (deepCopy .own) .base -}}
{{- printf "%s:%s" $own.repository $own.tag -}}
{{- end -}}
{{- define "hard.list" -}}
{{- $out := list -}}
{{- range . }}{{ if . }}{{ $out = append $out . }}{{ end }}{{ end -}}
{{ toJson $out }}
{{- end -}}
{{- define "hard.map" -}}
one: 1
two: {{ .two | quote }}
{{- end -}}
