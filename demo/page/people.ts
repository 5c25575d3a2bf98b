import { DEFAULT_SENDER } from '../../sandbox/github/branches.ts';
import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import type { BaseRole, SandboxRepository } from '../../sandbox/github/model.ts';
import { type Html, html } from './html.ts';

/** Someone with no role: only in public repositories. */
const STRANGER = 'eve';

const EXAMPLES: readonly { login: string; role: BaseRole }[] = [
  { login: 'ana', role: 'admin' },
  { login: 'tim', role: 'triage' },
  { login: 'rea', role: 'read' },
];

/** One person of each kind, so that a visitor can see what each may do. */
export function addExamplePeople(github: GitHubSandbox, fullName: string): void {
  for (const example of EXAMPLES) github.people.setRole(fullName, example);
}

/** Those who may write here, whose pushes the page makes first. */
export function listPeople(github: GitHubSandbox, repository: SandboxRepository): string[] {
  const members = github.people.members(repository.fullName).map(({ login }) => login);
  const others = members.filter((login) => login !== DEFAULT_SENDER.login);
  return [DEFAULT_SENDER.login, ...others, ...(repository.private ? [] : [STRANGER])];
}

/** `write`, or what a stranger has. */
export function describeRole(github: GitHubSandbox, repository: SandboxRepository, login: string): string {
  const member = github.people.members(repository.fullName).find((one) => one.login === login);
  return member?.role.name ?? 'no role';
}

/** As whom a form's deed is done; `key` tells several on a page apart. */
export function renderPersonSelect(github: GitHubSandbox, repository: SandboxRepository, key = 'as'): Html {
  const options = listPeople(github, repository).map(
    (login) => html`<option value="${login}">${login} (${describeRole(github, repository, login)})</option>`,
  );
  return html`<label class="muted" for="${key}">as</label> <select name="as" id="${key}">${options}</select>`;
}

/** Null: nobody who could be chosen. A form that does not say is the first one's. */
export function readPerson(
  github: GitHubSandbox,
  repository: SandboxRepository,
  form: URLSearchParams,
): string | null {
  const login = form.get('as') ?? DEFAULT_SENDER.login;
  return listPeople(github, repository).includes(login) ? login : null;
}
