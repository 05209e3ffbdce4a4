package inspect

import "testing"

func TestKeeper(t *testing.T) {
	for name, kept := range map[string]bool{
		"saveAvatar": true, "save_user_avatar": true, "DownloadPodcastCoverImage": true, "storeUploadedFile": true, "uploadImageToServer": true,
		"SaveImageAsync": true, "save_photo_to_disk": true, "_save_attachment": true, "downloadImageFromUrl": true,
		"save": false, "createImage": false, "saveFile": false, "createThumbnailImage": false, "build_image": false, "cacheImage": false, "saveImageSettings": false, "addImageRoutes": false,
		"writeLog": false, "imageSave": false, "createDockerImage": false, "save_frame_image": false,
	} {
		if got := Keeper(name) != ""; got != kept {
			t.Errorf("Keeper(%q) is %v", name, got)
		}
	}
}
