import type { GitHubFailure, GitHubResult } from '../../../src/domain/github-result.ts';
import type { IssueApi, ShownIssue } from '../../../src/reporting/failure-issue.ts';

interface FakeIssue extends ShownIssue {
  readonly title: string;
  readonly assignees: readonly string[];
}

/** The issues of one repository, all by the app. */
export class FakeIssues implements IssueApi {
  readonly issues = new Map<number, FakeIssue>();
  readonly calls: string[] = [];
  /** The answers to the next calls of a method; `lost` takes effect and isn't answered. */
  readonly failures: { readonly method: keyof IssueApi; readonly failure: GitHubFailure | 'lost' }[] = [];

  get open(): FakeIssue[] {
    return [...this.issues.values()].filter(({ isOpen }) => isOpen);
  }

  find: IssueApi['find'] = (_, marker) =>
    this.#answer('find', () => [...this.issues.values()].filter(({ body }) => body.includes(marker)));

  read: IssueApi['read'] = (_, number) => this.#answer('read', () => this.issues.get(number) ?? null);

  create: IssueApi['create'] = (_, { title, body, assignees }) =>
    this.#answer('create', () => {
      const number = this.issues.size + 1;
      const issue = { number, isOpen: true, closedAt: null, title, body, assignees };
      this.issues.set(number, issue);
      return issue;
    });

  edit: IssueApi['edit'] = (_, number, { state, reason: _reason, ...change }) =>
    this.#answer('edit', () => {
      const issue = this.issues.get(number);
      if (!issue) throw new Error(`There is no issue ${number}.`);
      const isOpen = state === undefined ? issue.isOpen : state === 'open';
      this.issues.set(number, { ...issue, ...change, isOpen, closedAt: isOpen ? null : 1 });
      return null;
    });

  isAssignable: IssueApi['isAssignable'] = () => this.#answer('isAssignable', () => true);

  async #answer<T>(method: keyof IssueApi, act: () => T): Promise<GitHubResult<T>> {
    this.calls.push(method);
    const index = this.failures.findIndex((one) => one.method === method);
    const [planned] = index < 0 ? [] : this.failures.splice(index, 1);
    if (planned && planned.failure !== 'lost') return { ok: false, failure: planned.failure };
    const value = act();
    if (planned) return { ok: false, failure: { kind: 'unknown', message: 'the connection broke' } };
    return { ok: true, value };
  }
}
