// Measures the home page, a repository and a finding of a running server with
// Lighthouse, as a phone and as a desk see them. Fails below 95 in any score.
//
//   node measure.mjs http://127.0.0.1:8080 [path …]
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const least = 95;
const scores = ["performance", "accessibility", "best-practices", "seo"];
const [base, ...named] = process.argv.slice(2);
if (!base) {
  console.error("Name the server: node measure.mjs http://127.0.0.1:8080");
  process.exit(2);
}

// The address of the first link of a page that a pattern takes.
async function first(path, pattern) {
  const answer = await fetch(new URL(path, base));
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
  const found = (await answer.text()).match(pattern);
  if (!found) throw new Error(`${path} leads to nothing like ${pattern}: audit a repository with findings first`);
  return found[1].replaceAll("&amp;", "&");
}

async function pages() {
  const repository = await first("/", /href="(\/repositories\/\d+)"/);
  // A finding has a page of its own, or else a place on its repository's.
  const finding = await first(repository, /href="(\/repositories\/\d+\/findings\/\d+)"/)
    .catch(async () => repository + "#" + (await first(repository, /<details class="finding[^"]*" id="([^"]+)"/)));
  return ["/", repository, finding];
}

// On a busy machine Chromium's trace may lack its beginning: then it is measured again.
async function measured(url, port, config) {
  for (let tries = 1; ; tries++) {
    const result = await lighthouse(url, { port, onlyCategories: scores, output: "html", logLevel: "error" }, config);
    if (!result.lhr.runtimeError || tries === 3) return result;
  }
}

function chromium() {
  if (process.env.CHROME_PATH) return process.env.CHROME_PATH;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch { /* the next one */ }
  }
  throw new Error("Chromium is missing: install it, or set CHROME_PATH");
}

const chrome = await launch({ chromePath: chromium(), chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic"] });
let failed = false;
try {
  console.log(["| page | as |", ...scores.map((s) => ` ${s} |`), " first paint | largest paint | blocked | kB |"].join(""));
  console.log("|---|---|" + "---|".repeat(scores.length + 4));
  for (const path of named.length > 0 ? named : await pages()) {
    for (const [name, config] of [["phone", undefined], ["desk", desktopConfig]]) {
      const { lhr, report } = await measured(new URL(path, base).href, chrome.port, config);
      const points = scores.map((s) => Math.round(100 * lhr.categories[s].score));
      const { "first-contentful-paint": paint, "largest-contentful-paint": largest, "total-blocking-time": blocked, "total-byte-weight": weight } = lhr.audits;
      const seconds = (audit) => (audit.numericValue / 1000).toFixed(1) + " s";
      console.log(`| ${path} | ${name} | ${points.join(" | ")} | ${seconds(paint)} | ${seconds(largest)} | ${Math.round(blocked.numericValue)} ms | ${Math.round(weight.numericValue / 1024)} |`);
      for (const [i, s] of scores.entries()) {
        if (points[i] >= least) continue;
        failed = true;
        const lost = lhr.categories[s].auditRefs.filter((r) => r.weight > 0 && lhr.audits[r.id].score !== null && lhr.audits[r.id].score < 0.9);
        console.error(`${path} as ${name}: ${s} is below ${least}: ${lost.map((r) => lhr.audits[r.id].title).join("; ")}`);
      }
      if (process.env.REPORTS) writeFileSync(`${process.env.REPORTS}/${name}${path.replaceAll(/[^a-z0-9]+/gi, "-")}.html`, report);
    }
  }
} finally {
  await chrome.kill();
}
process.exit(failed ? 1 : 0);
