import type { Configuration } from '../../config/environment.ts';
import { formatDuration } from '../../reporting/render/format-numbers.ts';
import { describeError, type GitHubConnection, readStatus } from './connect-github.ts';
import { type Finding, findingsOf } from './finding.ts';

const { ok, wrong, note } = findingsOf('webhook');

/** The number of deliveries to check. */
const DELIVERIES = 30;

export interface WebhookLook {
  readonly github: GitHubConnection;
  readonly server: Configuration['server'];
  /** The address of the App's settings. */
  readonly settingsUrl: string;
  readonly now: number;
}

/** Checks the webhook's settings and the last deliveries. */
export async function checkWebhook(look: WebhookLook): Promise<Finding[]> {
  const settings = await checkSettings(look).catch((error: unknown) => [
    wrong(`The webhook's settings can't be read: ${describeError(error)}`, 'Try again later'),
  ]);
  const deliveries = await checkDeliveries(look).catch((error: unknown) => [
    readStatus(error) === 404
      ? note('This GitHub has no log of deliveries', "The app can't request missed deliveries here")
      : wrong(`The last deliveries can't be read: ${describeError(error)}`, 'Try again later'),
  ]);
  return [...settings, ...deliveries];
}

async function checkSettings({ github, server, settingsUrl }: WebhookLook): Promise<Finding[]> {
  const { data } = await github.app.rest.apps.getWebhookConfigForApp();
  const findings = [checkAddress(data.url ?? '', server, settingsUrl)];
  if (!data.secret) {
    findings.push(
      wrong(
        'The webhook has no secret, so the app refuses its deliveries',
        `${settingsUrl}: set "Webhook secret" to the value of WEBHOOK_SECRET`,
      ),
    );
  }
  if (data.content_type !== 'json') {
    findings.push(
      wrong(
        `The webhook sends ${data.content_type ?? 'forms'} instead of JSON`,
        `${settingsUrl}: set the content type to application/json`,
      ),
    );
  }
  if (String(data.insecure_ssl ?? '0') !== '0') {
    findings.push(
      wrong(
        "The webhook doesn't check the certificate of your host",
        `${settingsUrl}: turn "SSL verification" on`,
      ),
    );
  }
  return findings;
}

function checkAddress(
  url: string,
  { webhookPath, webhookProxyUrl }: Configuration['server'],
  settingsUrl: string,
): Finding {
  const wanted = webhookProxyUrl ?? `https://<your host>${webhookPath}`;
  const advice = `${settingsUrl}: set the webhook URL to ${wanted}`;
  const parsed = URL.parse(url);
  if (!parsed) return wrong('The App has no webhook URL, or its webhook is off', advice);
  const shown = `${parsed.origin}${parsed.pathname}`;
  if (webhookProxyUrl) {
    const isChannel = url.replace(/\/+$/, '') === webhookProxyUrl;
    return isChannel
      ? ok('GitHub sends deliveries to the channel WEBHOOK_PROXY_URL')
      : wrong(`GitHub sends deliveries to ${shown}, and the app fetches them from another channel`, advice);
  }
  if (parsed.pathname.replace(/\/+$/, '') !== webhookPath.replace(/\/+$/, '')) {
    return wrong(`GitHub sends deliveries to ${shown}, and the app listens on ${webhookPath}`, advice);
  }
  return ok(`GitHub sends deliveries to ${shown}`);
}

async function checkDeliveries({ github, settingsUrl, now }: WebhookLook): Promise<Finding[]> {
  const { data } = await github.app.rest.apps.listWebhookDeliveries({ per_page: DELIVERIES });
  const [newest] = data;
  if (!newest) {
    return [
      note(
        'GitHub has sent nothing in the last three days',
        `Push to a repository, or look at ${settingsUrl}/advanced`,
      ),
    ];
  }
  const ago = formatDuration(Math.max(0, now - Date.parse(newest.delivered_at)));
  const about = `the newest one (${[newest.event, newest.action].filter(Boolean).join('.')}, ${ago} ago)`;
  if (!isTaken(newest)) {
    const answer = newest.status_code
      ? `was answered ${newest.status_code}`
      : `did not arrive: ${newest.status}`;
    return [wrong(`Deliveries fail: ${about} ${answer}`, adviseOn(newest.status_code))];
  }
  // A failed delivery counts as arrived if its redelivery succeeded.
  const arrived = new Set(data.filter(isTaken).map(({ guid }) => guid));
  const lost = new Set(data.filter((one) => !arrived.has(one.guid)).map(({ guid }) => guid));
  if (lost.size === 0)
    return [ok(`The last ${data.length} deliveries arrived; ${about} was answered ${newest.status_code}`)];
  return [
    ok(`Deliveries arrive: ${about} was answered ${newest.status_code}`),
    note(
      `${lost.size} of the last ${data.length} deliveries failed before that`,
      `The app asks for missed deliveries every SWEEP_MINUTES; ${settingsUrl}/advanced lists them`,
    ),
  ];
}

function isTaken({ status_code }: { status_code: number }): boolean {
  return status_code >= 200 && status_code < 300;
}

function adviseOn(status: number): string {
  if (status === 0)
    return 'Make the webhook URL reachable from GitHub: DNS, firewall, proxy, certificate; and start the app';
  if (status === 400 || status === 401)
    return 'Set WEBHOOK_SECRET to the secret in the settings of the App: the signature is not made with it';
  if (status === 404)
    return 'Something else answers there: check the path of the webhook URL, and the proxy in front of the app';
  if (status === 502 || status === 504)
    return 'The proxy in front of the app does not reach it: start the app, and check HOST and PORT';
  return "Look at the app's log and at /readyz: it could not store the delivery";
}
