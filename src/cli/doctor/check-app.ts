import type { Configuration } from '../../config/environment.ts';
import { listSubscriptions } from '../../intake/events.ts';
import { describeError, type GitHubConnection, readStatus } from './connect-github.ts';
import { type Finding, findingsOf } from './finding.ts';
import { listMissing, type Manifest } from './read-manifest.ts';

const { ok, wrong, note } = findingsOf('app');
const clock = findingsOf('clock');

/** GitHub accepts tokens that differ by up to a minute from its own time. Half of that leaves a margin. */
const MAX_SKEW_MS = 30_000;

export interface AppLook {
  readonly findings: readonly Finding[];
  /** The address of the App's settings; null if the App can't sign in. */
  readonly settingsUrl: string | null;
}

type App = NonNullable<
  Awaited<ReturnType<GitHubConnection['app']['rest']['apps']['getAuthenticated']>>['data']
>;

/** Checks the App's credentials, permissions and events. */
export async function checkApp(
  github: GitHubConnection,
  configuration: Configuration['github'],
  manifest: Manifest,
): Promise<AppLook> {
  const { webUrl, appId } = configuration;
  let app: App | null;
  try {
    app = (await github.app.rest.apps.getAuthenticated()).data;
  } catch (error) {
    return { findings: [explainRefusal(error, configuration)], settingsUrl: null };
  }
  // Another server answered instead of GitHub.
  if (!app?.id) {
    const message = `${webUrl} answered without an App`;
    const advice = 'Check GHE_HOST, and proxies between this machine and GitHub';
    return { findings: [wrong(message, advice)], settingsUrl: null };
  }
  const settingsUrl = findSettings(app, webUrl);
  const findings = [
    ok(`APP_ID and the private key sign in as the GitHub App ${app.slug ?? app.name ?? appId}`),
    ...checkPermissions(app, settingsUrl, manifest),
    ...checkEvents(app, settingsUrl),
  ];
  return { findings, settingsUrl };
}

function explainRefusal(error: unknown, { webUrl, appId }: Configuration['github']): Finding {
  const message = `The GitHub App can't sign in at ${webUrl}: ${describeError(error)}`;
  const status = readStatus(error);
  if (status === 401) {
    return wrong(
      message,
      `Use a private key of the App ${appId}: make a new one in its settings, under "Private keys"`,
    );
  }
  if (status === 404)
    return wrong(message, `Set APP_ID to the App's number; there is no App ${appId} at ${webUrl}`);
  return wrong(
    message,
    'Check the network, and GHE_HOST if you use a GitHub Enterprise Server; then try again',
  );
}

function checkPermissions(app: App, settingsUrl: string, { permissions }: Manifest): Finding[] {
  const granted = app.permissions ?? {};
  const missing = listMissing(permissions, granted);
  const more = Object.keys(granted).filter((name) => !(name in permissions));
  const advice = `${settingsUrl}/permissions: set it there; each account that installed the App must accept it then`;
  return [
    missing.length === 0
      ? ok('The App has the permissions of app.yml')
      : wrong(`The App lacks permissions of app.yml: ${missing.join(', ')}`, advice),
    ...(more.length > 0
      ? [
          note(
            `The App has permissions that it doesn't use: ${more.join(', ')}`,
            'Take them away, unless something else needs them',
          ),
        ]
      : []),
  ];
}

function checkEvents(app: App, settingsUrl: string): Finding[] {
  const missing = listSubscriptions().filter((event) => !(app.events ?? []).includes(event));
  return [
    missing.length === 0
      ? ok('The App subscribes to the events of app.yml')
      : wrong(
          `The App doesn't subscribe to these events: ${missing.join(', ')}`,
          `${settingsUrl}/permissions: tick them under "Subscribe to events"`,
        ),
  ];
}

function findSettings({ owner, slug }: App, webUrl: string): string {
  // GitHub's API description requires an owner, but responses may lack it.
  const isOrganization = owner && 'type' in owner && owner.type === 'Organization' && 'login' in owner;
  const place = isOrganization ? `organizations/${owner.login}/settings` : 'settings';
  return `${webUrl}/${place}/apps/${slug}`;
}

/** `skew` is the number of milliseconds by which GitHub's clock is ahead; null without a response. */
export function checkClock(skew: number | null): Finding[] {
  if (skew === null) return [];
  const seconds = Math.round(Math.abs(skew) / 1_000);
  if (Math.abs(skew) <= MAX_SKEW_MS) {
    return [clock.ok(`This machine's clock agrees with GitHub's${seconds > 1 ? ` to ${seconds} s` : ''}`)];
  }
  const way = skew > 0 ? 'behind' : 'ahead of';
  return [
    clock.wrong(
      `This machine's clock is ${seconds} s ${way} GitHub's`,
      'Synchronise it with a time server (NTP): GitHub refuses tokens with a wrong time',
    ),
  ];
}
