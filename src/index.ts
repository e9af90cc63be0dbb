export type { ProxyWorlds } from './app.ts';
export { createProxy } from './app.ts';
export type { Config } from './config/config.ts';
export type { ErrorCode } from './errors.ts';
export { ERRORS, ProxyError } from './errors.ts';
export type { ProxyHandle } from './server.ts';
export { startProxy } from './server.ts';
