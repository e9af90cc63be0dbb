import { EXCHANGES } from '../../support/canary/exchanges.ts';
import { testDrives } from '../../support/canary/drives.ts';

testDrives(EXCHANGES);
