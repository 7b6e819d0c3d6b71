import type { FullResult, Reporter, Suite, TestError } from '@playwright/test/reporter';

/**
 * Ends the output with the line that Rust's own tests end with, so that `cargo xtask test` counts both the same way.
 * A test that didn't run is named on a line of its own that begins with `skipped:`.
 */
export default class Tally implements Reporter {
  private root: Suite | undefined;
  private faults = 0;

  onBegin(_config: unknown, root: Suite): void {
    this.root = root;
  }

  /** Faults outside any test, such as a file that doesn't load. */
  onError(_error: TestError): void {
    this.faults += 1;
  }

  onEnd(result: FullResult): void {
    let passed = 0;
    let failed = this.faults;
    for (const test of this.root?.allTests() ?? []) {
      const outcome = test.outcome();
      if (outcome === 'expected') passed += 1;
      else if (outcome === 'skipped') {
        const reason = test.annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description;
        console.log(`skipped: ${test.titlePath().filter(Boolean).join(' › ')}${reason ? `: ${reason}` : ''}`);
      } else failed += 1;
    }
    const word = result.status === 'passed' ? 'ok' : 'FAILED';
    console.log(`test result: ${word}. ${passed} passed; ${failed} failed`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
