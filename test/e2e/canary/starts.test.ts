import { STARTS } from '../../support/canary/starts.ts';
import { testDrives } from '../../support/canary/drives.ts';

testDrives(STARTS);
