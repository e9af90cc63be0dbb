import { COMMANDS } from '../../support/canary/commands.ts';
import { testDrives } from '../../support/canary/drives.ts';

testDrives(COMMANDS);
