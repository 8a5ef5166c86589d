import { resolveStubNames } from './resolve-names.ts';

// Loaded by NODE_OPTIONS into a process that a test spawns, see StubWeb.environment.
resolveStubNames();
