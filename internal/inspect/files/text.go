package files

import (
	"path"
	"strings"
)

// notText reports whether a path has the extension of what is no text, and need
// not be read to know it. What else is none is told by its first bytes.
func notText(name string) bool {
	ext := path.Ext(name)
	return len(ext) > 1 && binaryExtension[strings.ToLower(ext[1:])]
}

var binaryExtension = extensions(`bmp gif jpg jpeg jpe png apng ico icns tif tiff webp avif heic psd ai eps xcf sketch fig svg svgz
	eot otf ttf woff woff2 pdf doc docx xls xlsx ppt pptx odt ods odp epub
	mp3 mp4 m4a m4v ogg oga ogv wav flac webm mov avi mkv swf
	zip gz tgz bz2 xz zst 7z rar tar jar war ear aar apk ipa whl egg gem nupkg deb rpm dmg iso img crx
	exe dll so dylib a o obj lib pdb class pyc pyo wasm bin dat db sqlite sqlite3 mo pack idx
	glb gltf fbx blend stl parquet avro npy npz pkl onnx pt h5 pbf tiles mmdb suo vsidx`)

func extensions(list string) map[string]bool {
	m := map[string]bool{}
	for _, ext := range strings.Fields(list) {
		m[ext] = true
	}
	return m
}
