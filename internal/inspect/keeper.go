package inspect

import "regexp"

// keeperName matches a function's name that says that it keeps a picture, a
// recording or an upload: saveAvatar, save_user_avatar, DownloadCoverImage. What
// it draws, shrinks or caches can be made again.
var (
	keeperName = regexp.MustCompile(`(?i)^_*(async_?)?(save|store|upload|write|download|persist|keep)_?([a-z0-9_]*?_?)?(avatar|image|photo|picture|attachment|upload(ed)?_?file|cover|poster|logo|banner|episode|audio|video|recording|podcast|media(_?file)?)s?(_?(file|to_?(disk|file|folder|dir|storage|local|server)|locally|from_?url|async|data|content|bytes|image|picture|photo))*$`)
	madeName   = regexp.MustCompile(`(?i)thumb|cache|temp|tmp|preview|sprite|chart|plot|qr_?code|captcha|screenshot|placeholder|icon|docker|container|disk_?image|build|frame|debug|test|mock|fake|sample|seed|default`)
)

// Keeper is a function's name where it says that the function keeps what people
// gave, or what must last like that; else "".
func Keeper(function string) string {
	if len(function) > 80 || madeName.MatchString(function) || !keeperName.MatchString(function) {
		return ""
	}
	return function
}
