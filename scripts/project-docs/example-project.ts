import type { ProjectSource, SourceFile } from '../../src/project/project-source.ts';
import type { Example } from '../../src/project/rules/rule.ts';

/** The project around every example of a rule. It has no findings. */
const EXAMPLE_PROJECT: Readonly<Record<string, string>> = {
  'meltano.yml': `version: 1
default_environment: prod
environments:
- name: prod
plugins:
  extractors:
  - name: tap-orders
    variant: acme
  loaders:
  - name: target-postgres
    variant: acme
`,
  'plugins/extractors/tap-orders--acme.lock': '{}',
  'plugins/loaders/target-postgres--acme.lock': '{}',
  'workspace.yml': `version: workspaces/v0.2
`,
  'pipelines/orders.yml': `version: pipelines/v0.1
`,
};

/** The files of an example, over those of the example project. */
export class ExampleSource implements ProjectSource {
  readonly #files: ReadonlyMap<string, string>;

  constructor(example: Example) {
    const texts = Object.entries({ ...EXAMPLE_PROJECT, ...example });
    this.#files = new Map(texts.flatMap(([path, text]) => (text === null ? [] : [[path, trimStart(text)]])));
  }

  async listFiles(): Promise<SourceFile[]> {
    return Array.from(this.#files, ([path, text]) => ({
      path,
      mode: '100644',
      type: 'blob',
      sha: '',
      bytes: text.length,
    }));
  }

  async readTexts(): Promise<ReadonlyMap<string, string>> {
    return this.#files;
  }
}

/** Examples begin on the line after the quote, for their looks in the code. */
export function trimStart(text: string): string {
  return text.replace(/^\n/, '');
}
