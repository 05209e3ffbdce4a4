package digest

import (
	"github.com/a-h/templ"

	"twelvefold/templates"
)

// Mail programs drop style sheets, so that every element carries its own style.
// Colours are those of the pages' light scheme; dark is what programs that ask for a
// scheme get from the sheet in the mail's head, and what others make by inverting these.
const (
	sans = `font-family:system-ui,-apple-system,Segoe UI,Roboto,Helvetica Neue,Arial,sans-serif;`
	mono = `font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;`

	cssBody     templ.SafeCSS = `margin:0;padding:0;background-color:#fbfbf9;`
	cssPaper    templ.SafeCSS = `margin:0;padding:0;background-color:#fbfbf9;`
	cssColumn   templ.SafeCSS = `max-width:600px;margin:0 auto;`
	cssParts    templ.SafeCSS = `width:100%;border-collapse:collapse;text-align:left;`
	cssPart     templ.SafeCSS = `padding:0 16px;` + sans
	cssHidden   templ.SafeCSS = `display:none;font-size:1px;line-height:1px;max-height:0;overflow:hidden;`
	cssMasthead templ.SafeCSS = `padding:24px 16px 0 16px;font-size:13px;line-height:20px;color:#54585d;` + sans
	cssAccount  templ.SafeCSS = `margin:0;padding:8px 0 0 0;font-size:17px;line-height:24px;font-weight:600;color:#17191b;word-break:break-word;`
	cssScore    templ.SafeCSS = `margin:0;padding:4px 0 0 0;font-size:15px;line-height:52px;color:#54585d;`
	cssPoints   templ.SafeCSS = `font-size:48px;line-height:52px;font-weight:700;letter-spacing:-1px;color:#17191b;`
	cssSub      templ.SafeCSS = `margin:0;padding:2px 0 0 0;font-size:14px;line-height:20px;color:#54585d;word-break:break-word;`

	cssStrip   templ.SafeCSS = `width:100%;border-collapse:separate;border-spacing:1px 0;margin:16px 0 0 0;`
	cssNumeral templ.SafeCSS = `width:8.33%;padding:0 0 3px 0;text-align:center;font-size:10px;line-height:14px;font-weight:400;color:#54585d;` + sans
	cssFigure  templ.SafeCSS = `padding:0;text-align:center;vertical-align:top;font-size:12px;line-height:18px;font-weight:600;color:#17191b;` + sans
	cssFill    templ.SafeCSS = `border-radius:4px;font-size:12px;line-height:18px;`
	cssBox     templ.SafeCSS = `padding:0;height:34px;text-align:center;vertical-align:middle;font-size:12px;line-height:16px;font-weight:600;border-radius:4px;` + sans
	cssNothing templ.SafeCSS = `color:#54585d;border:1px solid #c9c9c0;`
	cssUnseen  templ.SafeCSS = `color:#54585d;border:1px dashed #c9c9c0;background-color:#f2f2ee;`
	cssHeading templ.SafeCSS = `margin:0;padding:32px 0 4px 0;font-size:15px;line-height:20px;font-weight:600;color:#17191b;`

	cssThing   templ.SafeCSS = `width:100%;border-collapse:collapse;margin:0;`
	cssSign    templ.SafeCSS = `width:52px;padding:16px 0 16px 0;vertical-align:top;border-bottom:1px solid #e3e3dd;`
	cssSignBox templ.SafeCSS = `width:44px;border-collapse:separate;border-spacing:0;margin:2px 0 0 0;`
	cssSaid    templ.SafeCSS = `padding:14px 0 16px 8px;vertical-align:top;border-bottom:1px solid #e3e3dd;` + sans
	cssLabel                 = `margin:0;padding:0;font-size:12px;line-height:18px;font-weight:600;`
	cssTitle   templ.SafeCSS = `margin:0;padding:0;font-size:16px;line-height:22px;font-weight:600;color:#17191b;word-break:break-word;`
	cssLink    templ.SafeCSS = `color:#1f4fd8;text-decoration:underline;`
	cssOwnLink templ.SafeCSS = `color:#17191b;text-decoration:underline;`
	cssSays    templ.SafeCSS = `margin:0;padding:2px 0 0 0;font-size:14px;line-height:20px;color:#54585d;word-break:break-word;`
	cssCode    templ.SafeCSS = mono + `font-size:13px;`

	cssLine templ.SafeCSS = `margin:0;padding:12px 0 0 0;font-size:15px;line-height:22px;color:#17191b;word-break:break-word;`
	cssItem templ.SafeCSS = `padding:10px 0;border-bottom:1px solid #e3e3dd;font-size:14px;line-height:20px;color:#54585d;word-break:break-word;` + sans
	cssInk  templ.SafeCSS = `color:#17191b;`
	cssMore templ.SafeCSS = `margin:0;padding:10px 0 0 0;font-size:14px;line-height:20px;color:#54585d;`
	cssFoot templ.SafeCSS = `padding:36px 16px 40px 16px;font-size:12px;line-height:18px;color:#54585d;` + sans
	cssTop  templ.SafeCSS = `margin:0;padding:0 0 4px 0;`
)

// Outlook for Windows knows no widest width: it alone reads a table around the column.
const (
	outlookBegin = `<!--[if mso]><table role="presentation" align="center" width="600" style="width:600px"><tr><td><![endif]-->`
	outlookEnd   = `<!--[if mso]></td></tr></table><![endif]-->`
)

// fills are the colours of bands, as in tokens.css. No text stands on them.
var fills = map[templates.Level]string{
	templates.Satisfied: "#1a7f5a",
	templates.Mostly:    "#7fb069",
	templates.Partly:    "#e5b93c",
	templates.Weak:      "#dd7f38",
	templates.Violated:  "#bf2f3c",
}

// unscored is the style of a cell without a score.
func unscored(level templates.Level) templ.SafeCSS {
	if level == templates.UnknownLevel {
		return cssUnseen
	}
	return cssNothing
}

// shade are the classes that the dark scheme changes of a cell without a score.
func shade(level templates.Level) string {
	if level == templates.UnknownLevel {
		return "ink2 edge sunken"
	}
	return "ink2 edge"
}

// tone is the colour of what went down or up; ink where it did neither.
func tone(change float64) (class string, css templ.SafeCSS) {
	switch {
	case change <= -moved:
		return "down", `color:#a8202d;font-weight:600;`
	case change >= moved:
		return "up", `color:#136446;font-weight:600;`
	}
	return "ink2", `color:#54585d;`
}

// labelled is how the word above a thing looks.
func (t thing) labelled() (class string, css templ.SafeCSS) {
	switch t.Label {
	case gotWorse:
		return "down", cssLabel + `color:#a8202d;`
	case gotBetter:
		return "up", cssLabel + `color:#136446;`
	}
	return "link", cssLabel + `color:#1f4fd8;`
}
