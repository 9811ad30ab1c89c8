import CKernels

/// The most rows that, in generation, the kernels for few rows take; the tiles for many sum in another order, so a row
/// keeps its bits only among as few or as many others.
package let fewRows = Int(CK_FEW_ROWS_MOST)

/// Whether products of few rows go to the kernels made for them.
enum FewRowsMode {
    @TaskLocal static var isOn = false
}

/// Runs `body` without recording anything, products of at most `fewRows` rows taking the kernels made for them.
///
/// Everywhere else rows keep their bits in any company: an update must not depend on how a batch is split, nor a
/// recomputed activation on whether gradients are recorded.
package func generating<Result>(_ body: () throws -> Result) rethrows -> Result {
    try noGradient { try FewRowsMode.$isOn.withValue(true, operation: body) }
}
