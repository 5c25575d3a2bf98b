import { expect, test } from 'vitest';
import { inConversation } from './conversation-world.ts';

const SENT = 'words that were sent';

test.concurrent.each([
  [
    'json',
    422,
    {
      message: `Validation Failed\n\nFor 'name', "${SENT}" is no name.`,
      errors: [{ resource: 'CheckRun', field: 'name', code: 'invalid', value: SENT, message: SENT }],
    },
    'Validation Failed (name invalid)',
  ],
  ['broken json', 200, `{"message": "${SENT}`, 'GitHub answered with broken JSON'],
  ['html', 502, `<html>\n    at ${SENT}\n</html>`, 'GitHub answered with the status 502'],
])('of an answer of GitHub with an error (%s) only its own words reach the log', (kind, status, body, told) =>
  inConversation(async (it) => {
    const { world } = it;
    await world.deployPush();
    world.github.service.faults.add({
      path: /./,
      times: 8,
      action: {
        kind: 'answer',
        status,
        contentType: kind === 'html' ? 'text/html' : 'application/json',
        body: typeof body === 'string' ? body : JSON.stringify(body),
      },
    });
    it.say(it.openIssue(), '/meltano status');
    const { after } = world.push();
    await world.until(() => JSON.stringify(world.app.lines).includes(told), 'its words in the log');
    const job = await world.job(2);
    job.run();
    job.end('COMPLETE');
    await world.untilConcluded(after);
    expect(JSON.stringify(world.app.lines)).not.toContain(SENT);
  }),
);
