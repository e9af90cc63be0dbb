import { ENDINGS } from '../../support/canary/endings.ts';
import { testDrives } from '../../support/canary/drives.ts';

testDrives(ENDINGS);
