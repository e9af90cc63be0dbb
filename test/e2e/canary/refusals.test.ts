import { REFUSALS } from '../../support/canary/refusals.ts';
import { testDrives } from '../../support/canary/drives.ts';

testDrives(REFUSALS);
