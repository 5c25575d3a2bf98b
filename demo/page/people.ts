import { DEFAULT_SENDER } from '../../sandbox/github/branches.ts';
import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import type { BaseRole, SandboxRepository } from '../../sandbox/github/model.ts';
import { type Html, html } from './html.ts';

/** A person without a role, in public repositories only. */
const STRANGER = 'eve';

const EXAMPLES: readonly { login: string; role: BaseRole }[] = [
  { login: 'ana', role: 'admin' },
  { login: 'tim', role: 'triage' },
  { login: 'rea', role: 'read' },
];

/** Adds a person for several roles, so that a visitor can try what each may do. */
export function addExamplePeople(github: GitHubSandbox, fullName: string): void {
  for (const example of EXAMPLES) github.people.setRole(fullName, example);
}

/** The people to choose from. The first one makes the pushes of the page. */
function listPeople(github: GitHubSandbox, repository: SandboxRepository): string[] {
  const members = github.people.members(repository.fullName).map(({ login }) => login);
  const others = members.filter((login) => login !== DEFAULT_SENDER.login);
  return [DEFAULT_SENDER.login, ...others, ...(repository.private ? [] : [STRANGER])];
}

/** The name of the role, such as `write`. */
export function describeRole(github: GitHubSandbox, repository: SandboxRepository, login: string): string {
  const member = github.people.members(repository.fullName).find((one) => one.login === login);
  return member?.role.name ?? 'no role';
}

/** Chooses who sends the form. `key` must be unique on a page. */
export function renderPersonSelect(github: GitHubSandbox, repository: SandboxRepository, key = 'as'): Html {
  const options = listPeople(github, repository).map(
    (login) => html`<option value="${login}">${login} (${describeRole(github, repository, login)})</option>`,
  );
  return html`<label class="muted" for="${key}">as</label> <select name="as" id="${key}">${options}</select>`;
}

/** The chosen person, by default the first one. Null: unknown. */
export function readPerson(
  github: GitHubSandbox,
  repository: SandboxRepository,
  form: URLSearchParams,
): string | null {
  const login = form.get('as') ?? DEFAULT_SENDER.login;
  return listPeople(github, repository).includes(login) ? login : null;
}
