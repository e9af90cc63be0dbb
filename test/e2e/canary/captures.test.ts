import { CAPTURES } from '../../support/canary/captures.ts';
import { testDrives } from '../../support/canary/drives.ts';

testDrives(CAPTURES);
