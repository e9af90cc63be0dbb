import { ApiError } from './replies.ts';

/** Answers 429 after the given number of API requests, until the limit is set again. */
export type RateLimit = 'off' | { readonly afterRequests: number; readonly retryAfterSeconds?: number };

export class RateLimiter {
  #limit: RateLimit = 'off';
  #admitted = 0;

  constructor(limit: RateLimit) {
    this.set(limit);
  }

  set(limit: RateLimit): void {
    this.#limit = limit;
    this.#admitted = 0;
  }

  admit(): void {
    if (this.#limit === 'off') return;
    const { afterRequests, retryAfterSeconds } = this.#limit;
    if (this.#admitted++ < afterRequests) return;
    const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    throw new ApiError(429, 'Rate limit exceeded.', {}, headers);
  }
}
