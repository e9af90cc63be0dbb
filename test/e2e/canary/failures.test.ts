import { FAILURES } from '../../support/canary/failures.ts';
import { testDrives } from '../../support/canary/drives.ts';

testDrives(FAILURES);
