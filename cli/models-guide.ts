import { modelCatalogue, type ModelEntry } from "../checkers/index.ts";
import { unknownName } from "../histories/errors.ts";

/** What a model expects, for a terminal. */
export function modelInWords(name: string): string {
  const { model, initial, example } = entryNamed(name);
  const operations = model.operations.map(({ f, argument, result, meaning }) =>
    [`  ${f}: ${meaning}`, `    argument: ${argument}`, `    result: ${result}`].join("\n"),
  );
  return [
    `${model.name}: ${model.summary}`,
    ...operations,
    ...(initial === undefined ? [] : [`  --initial: ${initial}`]),
    "  For example:",
    ...example.map((line) => `    ${line}`),
  ].join("\n");
}

export interface ModelData {
  readonly name: string;
  readonly summary: string;
  readonly [detail: string]: unknown;
}

/** A model for programs. */
export function modelAsData(name: string): ModelData {
  const { model, initial, example } = entryNamed(name);
  return {
    name: model.name,
    summary: model.summary,
    operations: model.operations,
    ...(initial === undefined ? {} : { initial }),
    example: example.map((line): unknown => JSON.parse(line)),
  };
}

export function modelNames(): string[] {
  return modelCatalogue.map(({ model }) => model.name);
}

function entryNamed(name: string): ModelEntry {
  const entry = modelCatalogue.find(({ model }) => model.name === name);
  if (entry === undefined) throw unknownName("model", name, modelNames());
  return entry;
}

/** The page on models, docs/models.md. */
export function modelsPage(): string {
  return `# Models

What \`rashomon check --linearizable <model>\` and \`--sequential <model>\` judge by: what each operation does to the object, and what
it may answer. \`rashomon list models\` lists them, \`rashomon list models <name>\` tells what one expects. A model of your own is a
file: see [CONTRIBUTING.md](../CONTRIBUTING.md#add-a-model).

- The **argument** is the value of the invocation, the **result** that of the \`ok\` completion. "Ignored" takes anything: many clients
  repeat the argument.
- Where the argument is null of an operation that tells nothing of the object, as a write, an append or an enqueue, and the result is
  not, the result is the argument: some clients record a value only when the operation completed. To write or append null itself,
  let the result be null too.
- An operation that was refused, because the lock was held or the value was another one, is recorded as \`fail\`: it did not happen, and
  says nothing. One whose outcome nobody knows is \`info\`, or has no completion: it may take effect at any later time, or never.
- A dequeue or pop that found nothing is \`ok\` with null, which says that nothing was inside; as \`fail\` it says nothing.
- Objects by key: a history names the key of each operation, or its values are pairs [key, value] (\`--keyed\`). Each is judged by itself.
- The initial state is given by \`--initial\`, as JSON.

${modelCatalogue.map(section).join("\n\n")}
`;
}

function section({ model, initial, example }: ModelEntry): string {
  const rows = model.operations.map((form) =>
    [`\`${form.f}\``, form.argument, form.result, form.meaning].map(cell).join(" | "),
  );
  return [
    `## ${model.name}`,
    `${model.summary[0]?.toUpperCase() ?? ""}${model.summary.slice(1)}.${initial === undefined ? "" : ` Initial state: ${initial}.`}`,
    [
      "| operation | argument | result | what it does |",
      "| --- | --- | --- | --- |",
      ...rows.map((row) => `| ${row} |`),
    ].join("\n"),
    ["```json", ...example, "```"].join("\n"),
  ].join("\n\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
