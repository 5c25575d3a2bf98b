/**
 * The only script of the pages. It shows times as ages, and reloads the `#live` part about once a second. Scroll positions,
 * choices and opened parts stay, and a log that was scrolled to its end follows the new lines.
 */
export const REFRESH_SCRIPT = `
const live = document.getElementById('live');
let shown = live.innerHTML;

function formatAge(seconds) {
  if (seconds < 60) return Math.max(0, Math.floor(seconds)) + ' s ago';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min ago';
  return Math.floor(seconds / 3600) + ' h ago';
}

function writeAges() {
  for (const time of document.querySelectorAll('time')) {
    time.title ||= time.textContent;
    time.textContent = formatAge((Date.now() - Date.parse(time.dateTime)) / 1000);
  }
}

function isAtEnd(log) {
  return log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
}

function follow() {
  if (live.querySelector('[data-follow]')) for (const log of live.querySelectorAll('.log')) log.scrollTop = log.scrollHeight;
}

function replace(next) {
  const logs = [...live.querySelectorAll('.log')].map((log) => isAtEnd(log) ? Infinity : log.scrollTop);
  const focus = document.activeElement?.id;
  const choices = [...live.querySelectorAll('select')].map((select) => [select.id, select.value]);
  const open = [...live.querySelectorAll('details[open]')].map((details) => details.id);
  live.innerHTML = next;
  for (const [id, value] of choices) {
    const select = document.getElementById(id);
    if (select) select.value = value;
  }
  for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  live.querySelectorAll('.log').forEach((log, index) => {
    log.scrollTop = Math.min(logs[index] ?? Infinity, log.scrollHeight);
  });
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
}

function isBusy() {
  const selection = getSelection();
  const selects = selection && !selection.isCollapsed && live.contains(selection.anchorNode);
  const chooses = live.contains(document.activeElement) && document.activeElement.matches('select');
  return document.hidden || selects || chooses || document.querySelector('button:active') !== null;
}

async function refresh() {
  if (isBusy()) return;
  const lost = document.getElementById('lost');
  try {
    const answer = await fetch(location.pathname);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.getElementById('live')?.innerHTML;
    lost.hidden = true;
    if (next === undefined || next === shown || isBusy()) return;
    shown = next;
    replace(next);
  } catch {
    lost.hidden = false;
  }
}

async function tick() {
  await refresh();
  writeAges();
  setTimeout(tick, 1000);
}

if (location.search) history.replaceState(null, '', location.pathname);
writeAges();
follow();
setTimeout(tick, 1000);
`;
