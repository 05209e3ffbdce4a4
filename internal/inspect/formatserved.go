package inspect

import "regexp"

// servedDir are the directories in which a config server of Spring Cloud keeps
// the settings of other applications.
var servedDir = regexp.MustCompile(`(^|/)(config-?repo(sitory)?/|src/main/resources/(shared|configs?|config-repo|configurations?|cloud-config)/)([\w-]+/)?$`)

func isServed(dir string) bool { return servedDir.MatchString(dir) }
