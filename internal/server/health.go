package server

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// readyWithin bounds what a readiness check may wait for the database.
const readyWithin = 2 * time.Second

// alive says that the process serves; it asks nobody else.
func (s *Server) alive(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, http.StatusOK, "alive")
}

// ready says whether the database is reachable and migrated.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := s.store.CheckSchema(ctx); err != nil {
		s.logger.WarnContext(ctx, "not ready", "error", err.Error())
		return plain(w, http.StatusServiceUnavailable, "not ready")
	}
	return plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err := fmt.Fprintln(w, text)
	return err
}
