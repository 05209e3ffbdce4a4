package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"

	"github.com/klauspost/compress/zstd"

	"twelvefold/internal/inspect"
)

// Signals is the cache of what inspection said of files, by blob and format,
// under the extractors' present version. It is shared by all installations.
type Signals struct {
	store   *Store
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

// maxSignals bounds what one entry may inflate to, in bytes.
const maxSignals = 64 << 20

// Signals opens the cache.
func (s *Store) Signals() (*Signals, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxSignals))
	if err != nil {
		return nil, err
	}
	return &Signals{s, encoder, decoder}, nil
}

// Lookup returns the signals of those files that are known. An entry that can
// no longer be read counts as unknown: it will be written anew.
func (s *Signals) Lookup(ctx context.Context, keys []inspect.CacheKey) (map[inspect.CacheKey][]inspect.Signal, error) {
	blobs, formats, err := split(keys)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.pool.Query(ctx, `
		SELECT s.blob, s.format, s.data, s.last_used < current_date
		FROM unnest($1::bytea[], $2::text[]) AS k (blob, format)
		JOIN signals s ON s.blob = k.blob AND s.format = k.format AND s.version = $3`,
		blobs, formats, inspect.Version())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := make(map[inspect.CacheKey][]inspect.Signal, len(keys))
	var stale []inspect.CacheKey
	for rows.Next() {
		var blob, data []byte
		var format string
		var old bool
		if err := rows.Scan(&blob, &format, &data, &old); err != nil {
			return nil, err
		}
		signals, err := s.decode(data)
		if err != nil {
			continue
		}
		key := inspect.CacheKey{Blob: hex.EncodeToString(blob), Format: inspect.Format(format)}
		known[key] = signals
		if old {
			stale = append(stale, key)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return known, s.touch(ctx, stale)
}

// touch notes that entries are still in use: at most once a day for each.
func (s *Signals) touch(ctx context.Context, keys []inspect.CacheKey) error {
	if len(keys) == 0 {
		return nil
	}
	blobs, formats, err := split(sorted(keys))
	if err != nil {
		return err
	}
	_, err = s.store.pool.Exec(ctx, `
		UPDATE signals s SET last_used = current_date
		FROM unnest($1::bytea[], $2::text[]) AS k (blob, format)
		WHERE s.blob = k.blob AND s.format = k.format AND s.version = $3 AND s.last_used < current_date`,
		blobs, formats, inspect.Version())
	return err
}

// Store keeps the signals of files. What is known already stays as it is,
// unless it can't be read.
func (s *Signals) Store(ctx context.Context, entries map[inspect.CacheKey][]inspect.Signal) error {
	keys := make([]inspect.CacheKey, 0, len(entries))
	for key := range entries {
		keys = append(keys, key)
	}
	// Two workers that insert the same rows in one order can't deadlock.
	blobs, formats, err := split(sorted(keys))
	if err != nil {
		return err
	}
	data := make([][]byte, len(keys))
	for i, key := range keys {
		if data[i], err = s.encode(entries[key]); err != nil {
			return fmt.Errorf("encoding the signals of blob %s: %w", key.Blob, err)
		}
	}
	_, err = s.store.pool.Exec(ctx, `
		INSERT INTO signals AS s (blob, format, version, data)
		SELECT k.blob, k.format, $3, k.data FROM unnest($1::bytea[], $2::text[], $4::bytea[]) AS k (blob, format, data)
		ON CONFLICT (blob, format, version) DO UPDATE SET data = excluded.data, last_used = current_date
		WHERE s.data <> excluded.data`,
		blobs, formats, inspect.Version(), data)
	return err
}

// Forget removes entries that no audit asked for in so many days, and those of
// other versions of the extractors as soon as a week has passed. It returns how
// many are gone.
func (s *Signals) Forget(ctx context.Context, days int) (int64, error) {
	tag, err := s.store.pool.Exec(ctx, `
		DELETE FROM signals
		WHERE last_used < current_date - $1::int OR version <> $2 AND last_used < current_date - 7`,
		days, inspect.Version())
	return tag.RowsAffected(), err
}

// encode writes signals as compressed JSON; no signals are no bytes.
func (s *Signals) encode(signals []inspect.Signal) ([]byte, error) {
	if len(signals) == 0 {
		return []byte{}, nil
	}
	plain, err := json.Marshal(signals)
	if err != nil {
		return nil, err
	}
	return s.encoder.EncodeAll(plain, nil), nil
}

func (s *Signals) decode(data []byte) ([]inspect.Signal, error) {
	if len(data) == 0 {
		return nil, nil
	}
	plain, err := s.decoder.DecodeAll(data, nil)
	if err != nil {
		return nil, err
	}
	var signals []inspect.Signal
	return signals, json.Unmarshal(plain, &signals)
}

// split turns keys on their side, for unnest.
func split(keys []inspect.CacheKey) (blobs [][]byte, formats []string, err error) {
	for _, key := range keys {
		blob, err := hex.DecodeString(key.Blob)
		if err != nil || len(blob) != 20 {
			return nil, nil, fmt.Errorf("%q is not a blob id of 40 hex digits: %w", key.Blob, ErrInvalid)
		}
		blobs = append(blobs, blob)
		formats = append(formats, string(key.Format))
	}
	return blobs, formats, nil
}

// sorted puts keys in order, in place.
func sorted(keys []inspect.CacheKey) []inspect.CacheKey {
	sort.Slice(keys, func(i, j int) bool {
		if keys[i].Blob != keys[j].Blob {
			return keys[i].Blob < keys[j].Blob
		}
		return keys[i].Format < keys[j].Format
	})
	return keys
}
