package jobs

import "context"

// reseal brings the secrets of hooks to the key that encrypts now. A worker does so
// when it starts: after a key was put in front of the one before, that one can go,
// however rarely a hook is told anything.
func (w *Worker) reseal(ctx context.Context) {
	keys, log := w.options.Hooks.Keys, w.options.Log
	if keys == nil {
		return
	}
	list, err := w.store.HookSecrets(ctx)
	if err != nil {
		log.WarnContext(ctx, "secrets of webhooks could not be read", "error", err)
		return
	}
	moved := 0
	for _, was := range list {
		if keys.Current(was.Secret) {
			continue
		}
		secret, err := keys.Open(was.Secret, hookOwner(was.Installation))
		if err == nil {
			err = w.store.ResealHook(ctx, was, w.options.Hooks.HookSecret(was.Installation, string(secret)))
		}
		if err != nil {
			log.WarnContext(ctx, "the secret of a webhook stays under another key", "installation", was.Installation, "error", err)
			continue
		}
		moved++
	}
	if moved > 0 {
		log.InfoContext(ctx, "secrets of webhooks moved to the key that encrypts now", "secrets", moved)
	}
}
