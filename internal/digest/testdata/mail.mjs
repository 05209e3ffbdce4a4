// Reads {name: html} and writes what html-validate and Can I email say of each:
// [{name, by, rule, says, clients}].
import { HtmlValidate } from "html-validate";
import { caniemail } from "caniemail";

let input = "";
for await (const chunk of process.stdin) input += chunk;
const rules = JSON.parse(process.argv[2]);
const validate = new HtmlValidate({ extends: ["html-validate:recommended"], rules });
const said = [];
for (const [name, html] of Object.entries(JSON.parse(input))) {
	const report = await validate.validateString(html);
	for (const result of report.results) {
		for (const m of result.messages) said.push({ name, by: "html-validate", rule: m.ruleId, says: `${m.message} at ${m.line}:${m.column}`, clients: [] });
	}
	const { issues } = caniemail({ clients: ["*"], html });
	const features = {};
	for (const [client, list] of issues.errors) for (const issue of list) (features[issue.title] ??= new Set()).add(client);
	for (const [rule, clients] of Object.entries(features)) said.push({ name, by: "caniemail", rule, says: "is not supported", clients: [...clients] });
}
process.stdout.write(JSON.stringify(said));
