import type { Dispatcher } from 'undici';

/**
 * A dispatcher that tells whether a request was handed to a connection. undici calls `onRequestStart` right before it
 * writes to an open socket: without that call, nothing of the request has left.
 */
export function watchStart(dispatcher: Dispatcher): { dispatcher: Dispatcher; started: () => boolean } {
  let started = false;
  const onStart = () => {
    started = true;
  };
  const watched = dispatcher.compose(
    (dispatch) => (options, handler) => dispatch(options, announceStart(handler, onStart)),
  );
  return { dispatcher: watched, started: () => started };
}

function announceStart(handler: Dispatcher.DispatchHandler, onStart: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      onStart();
      handler.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  };
}
