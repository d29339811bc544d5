import { setPatternEngine } from "./patterns.ts";
import { compilePattern } from "./re2.ts";

// For programs that check a configuration without waiting for anything: to import this file is to have patterns.
setPatternEngine(compilePattern);
