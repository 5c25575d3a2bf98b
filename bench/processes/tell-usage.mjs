// Loaded into a measured process before anything else (`--import`): answers the parent's questions about used resources.
// Listens to nothing else, and doesn't keep the process alive. Plain JavaScript, because Node's TypeScript support would be
// counted too.
process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ usage: { rss, heapUsed, cpuMs: (user + system) / 1000 } });
});
process.channel?.unref();
