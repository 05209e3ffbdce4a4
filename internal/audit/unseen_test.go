package audit

import "testing"

// TestWhatCouldNotBeReadIsNotFixed, wherever of its places that is.
func TestWhatCouldNotBeReadIsNotFixed(t *testing.T) {
	t.Parallel()
	base := run(t, reading(map[string]string{"mail.js": "PQ", "db.js": "QR"}), finds)
	c := Compare(base, run(t, reading(nil), finds), nil)
	c.Withhold([]string{"mail.js", "other.js"})
	if len(c.Fixed) != 1 || c.Fixed[0].Subject != "R" || len(c.Unseen) != 2 {
		t.Errorf("fixed %+v, unseen %+v", c.Fixed, c.Unseen)
	}
	if c.Withhold(nil); len(c.Fixed) != 1 || len(c.Unseen) != 2 {
		t.Errorf("%+v", c)
	}
}
