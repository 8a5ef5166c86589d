declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The requests of one connection: those without an answer yet, and those that wait until fewer are. */
  export default class RequestQueue {
    pending: unknown[];
    scheduleCheckPendingRequests(): void;
  }
}
