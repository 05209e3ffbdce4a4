package server

import (
	"bytes"
	"net/http"

	"twelvefold/internal/store"
	"twelvefold/templates"
	"twelvefold/templates/stories"
)

// storybook are the routes of designed pages. They ask no database, and exist
// in development alone.
func (s *Server) storybook() []route {
	return []route{
		{"GET " + stories.Prefix + "{$}", public, page, s.storyList},
		{"GET " + stories.Prefix + "{view}/{state}", public, page, s.story},
	}
}

// storyList leads to every story.
func (s *Server) storyList(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, templates.Stories(stories.List(s.page(r, ""))))
}

// story shows one view in one state.
func (s *Server) story(w http.ResponseWriter, r *http.Request) error {
	story, ok := stories.Find(r.PathValue("view"), r.PathValue("state"))
	if !ok {
		return store.ErrNotFound
	}
	if r.Header.Get("HX-Request") != "" && !story.Fragment { // a state stands still, whatever its page polls for
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if story.Frames {
		framing(w)
	}
	if story.Mail {
		return s.renderMail(w, r, story.Render(s.page(r, "")))
	}
	if !story.Image {
		return s.render(w, r, story.Render(s.page(r, "")))
	}
	var image bytes.Buffer
	if err := story.Render(s.page(r, "")).Render(r.Context(), &image); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, err := w.Write(image.Bytes())
	return err
}
