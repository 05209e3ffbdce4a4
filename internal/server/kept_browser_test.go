package server_test

import (
	"testing"

	"twelvefold/templates/stories"
)

// TestWhatIsOpenStaysOpenWhileThePastFills holds that a region that asks for
// itself takes neither what was opened in it nor the keyboard from its reader.
func TestWhatIsOpenStaysOpenWhileThePastFills(t *testing.T) {
	t.Parallel()
	page := open(t, browser(t), book(t).url+stories.Prefix+"repository/trend-filling", 360, "light")
	evaluate(t, page, `() => {
		document.getElementById("trend").dataset.first = "";
		document.getElementById("trend-numbers").open = true;
		document.getElementById("trend-numbers-table").scrollLeft = 40;
		document.getElementById("trend-numbers-summary").focus();
		return "";
	}`)
	becomes(t, page, `() => {
		const numbers = document.getElementById("trend-numbers");
		return [document.querySelector("#trend[data-first]") !== null, numbers.open, document.getElementById("trend-numbers-table").scrollLeft, document.activeElement.id].join(" ");
	}`, "false true 40 trend-numbers-summary")
}
