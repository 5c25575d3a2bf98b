import type { GitHubSandbox } from '../../sandbox/github/github-sandbox.ts';
import type { Route } from '../../sandbox/http/http-service.ts';
import { renderCheckRun } from './check-run-page.ts';
import { readForm, redirectBack } from './form-posts.ts';
import { get, noSuchPerson, page, post, RUN, refuse, withRun } from './page-routes.ts';
import { readPerson } from './people.ts';

/** The page, the re-run and the buttons of a check run. */
export function checkRunRoutes(github: GitHubSandbox): Route[] {
  return [
    get(
      RUN,
      withRun(github, (request, repository, run) => {
        const live = renderCheckRun(github, repository, run);
        return page(request, run.output.title ?? run.name, { live });
      }),
    ),
    post(
      `${RUN}/rerequest`,
      withRun(github, (request, repository, run) => {
        const person = readPerson(github, repository, readForm(request));
        if (person === null) return noSuchPerson();
        if (run.status !== 'completed') return refuse(409, 'This check run has not completed yet.');
        github.checks.rerequest(run.id, person);
        return redirectBack(request, { sent: 'check_run.rerequested' });
      }),
    ),
    post(
      `${RUN}/action`,
      withRun(github, (request, repository, run) => {
        const form = readForm(request);
        const person = readPerson(github, repository, form);
        if (person === null) return noSuchPerson();
        const identifier = form.get('identifier');
        const offered = run.actions.some((action) => action.identifier === identifier);
        if (run.status !== 'completed' || identifier === null || !offered) {
          return refuse(409, 'This check run has no such button.');
        }
        github.checks.press(run.id, identifier, person);
        return redirectBack(request, { sent: 'check_run.requested_action' });
      }),
    ),
  ];
}
