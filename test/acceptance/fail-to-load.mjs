// Preloaded by a test: files under the path that NOT_LOADED names can't be had, as while no more files can be opened.
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, loadNext) {
    if (!url.includes(process.env['NOT_LOADED'] ?? '')) return loadNext(url, context);
    throw Object.assign(new Error(`EMFILE: too many open files, open '${url}'`), { code: 'EMFILE' });
  },
});
