// Loaded into a measured process before anything else (`--import`): answers each question of the parent with what the
// process has used so far. It listens to nothing else and keeps nothing alive. Plain JavaScript, since Node's TypeScript
// reader would be counted too.
process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ usage: { rss, heapUsed, cpuMs: (user + system) / 1000 } });
});
process.channel?.unref();
