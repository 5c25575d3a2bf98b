/** The pages' only style sheet. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f8fa; --card: #fff; --text: #1f2328; --muted: #59636e; --line: #d1d9e0; --link: #0969da;
  --button: #f6f8fa; --hover: #eef1f4; --code: #818b981f;
  --green: #1a7f37; --red: #cf222e; --amber: #9a6700; --grey: #59636e; --blue: #0969da; --purple: #8250df;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #010409; --card: #0d1117; --text: #f0f6fc; --muted: #9198a1; --line: #3d444d; --link: #4493f8;
    --button: #212830; --hover: #262c36; --code: #656c7633;
    --green: #3fb950; --red: #f85149; --amber: #d29922; --grey: #9198a1; --blue: #4493f8; --purple: #ab7df8;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 14px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif;
}
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
header { background: #24292f; color: #fff; padding: 12px 24px; display: flex; gap: 16px; align-items: baseline; }
header a { color: #fff; font-weight: 600; font-size: 16px; }
header span { color: #d1d9e0; }
#lost { color: #ffb3ad; margin-left: auto; }
main { max-width: 1080px; margin: 0 auto; padding: 24px; }
h1 { font-size: 22px; font-weight: 600; line-height: 1.3; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 16px; font-weight: 600; margin: 24px 0 8px; overflow-wrap: anywhere; }
p { margin: 8px 0; }
code, .sha, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 12px; }
code { background: var(--code); padding: 2px 5px; border-radius: 6px; overflow-wrap: anywhere; }
.muted { color: var(--muted); }
.crumbs { margin: 0 0 16px; color: var(--muted); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: 0 0 16px; }
.card > :is(h2, h3, p, form, .row) { margin: 0; padding: 10px 16px; }
.card > * + * { border-top: 1px solid var(--line); }
.card h3 { font-size: 14px; font-weight: 600; }
.body { padding: 8px 16px 12px; overflow-x: auto; }
.badge { border: 1px solid var(--line); border-radius: 2em; color: var(--muted); font-size: 12px; font-weight: 500; padding: 1px 8px; margin-left: 8px; vertical-align: middle; white-space: nowrap; }
.row { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
.row .end { margin-left: auto; }
.row .name { font-weight: 600; overflow-wrap: anywhere; }
.checks { list-style: none; margin: 0; padding: 0 16px 10px 32px; border: 0 !important; }
.checks li { display: flex; gap: 8px; align-items: baseline; padding: 2px 0; }
.checks li svg { align-self: center; }
.checks .title { color: var(--muted); overflow-wrap: anywhere; }
svg { width: 16px; height: 16px; flex: none; vertical-align: -3px; }
.green { color: var(--green); } .red { color: var(--red); } .amber { color: var(--amber); } .grey { color: var(--grey); } .purple { color: var(--purple); }
.badge:is(.green, .red, .purple) { border-color: currentColor; }
.state { display: flex; gap: 10px; align-items: center; font-size: 18px; font-weight: 600; }
.state svg { width: 22px; height: 22px; }
.state span { overflow-wrap: anywhere; }
.note { background: var(--card); border: 1px solid var(--blue); border-radius: 8px; padding: 8px 16px; margin: 0 0 16px; }
form { display: inline-flex; flex-wrap: wrap; gap: 6px; align-items: center; }
button { font: inherit; font-size: 12px; font-weight: 500; line-height: 20px; color: var(--text); background: var(--button); border: 1px solid var(--line); border-radius: 6px; padding: 3px 12px; cursor: pointer; }
button:hover { background: var(--hover); }
select { font: inherit; font-size: 12px; line-height: 20px; color: var(--text); background: var(--button); border: 1px solid var(--line); border-radius: 6px; padding: 3px 6px; }
textarea { display: block; width: 100%; font: inherit; color: var(--text); background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; resize: vertical; }
.compose { display: block; padding: 16px; }
.compose .row { border: 0; padding: 10px 0 0; align-items: center; justify-content: flex-end; }
.controls { margin: 0 0 16px; }
.body h3 code { font-size: inherit; }
.post > .row { align-items: center; }
.post .badge { margin-left: 0; }
.post details { margin-top: 8px; }
.post summary { cursor: pointer; }
.former { border-left: 3px solid var(--line); color: var(--muted); margin: 8px 0; padding: 0 12px; }
.avatar { width: 24px; height: 24px; border-radius: 50%; background: var(--muted); color: var(--card); font-size: 12px; font-weight: 600; display: inline-grid; place-items: center; }
.chip { border: 1px solid var(--line); border-radius: 2em; font-size: 12px; padding: 2px 10px; }
table { border-collapse: collapse; margin: 8px 0; }
th, td { text-align: left; padding: 5px 12px; border: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; }
.facts th { font-weight: 400; white-space: normal; }
.facts :is(td, th):first-child { white-space: nowrap; }
.facts :is(td, th):first-child:nth-last-child(2) { color: var(--muted); }
.history { width: 100%; margin: 0; }
.history :is(th, td) { border: 0; border-top: 1px solid var(--line); padding: 4px 16px; }
.history tr:first-child th { border: 0; }
.history td:not(:last-child) { white-space: nowrap; }
pre.log {
  background: #0d1117; color: #e6edf3; border-radius: 6px; margin: 8px 0; padding: 12px 16px; line-height: 1.6;
  max-height: 65vh; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4;
}
`;
