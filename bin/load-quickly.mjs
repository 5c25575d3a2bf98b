import module from 'node:module';
import { fileURLToPath } from 'node:url';

/** A file that an import names by its place: Node would look up each of three thousand on the disk. */
const BY_PLACE = /^\.{1,2}\/.*\.(?:js|ts)$/;

/** Makes a start take half of the time that it otherwise would. What can't be had, Node goes on without. */
export function loadQuickly() {
  // Beside the dependencies, which is nobody else's to write.
  module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url)));
  module.registerHooks?.({
    resolve(specifier, context, resolveByNode) {
      const isByPlace = context.conditions?.includes('import') && BY_PLACE.test(specifier);
      if (!isByPlace || context.parentURL === undefined) return resolveByNode(specifier, context);
      return { url: new URL(specifier, context.parentURL).href, shortCircuit: true };
    },
  });
}
