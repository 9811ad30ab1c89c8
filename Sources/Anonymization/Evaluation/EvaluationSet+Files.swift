import Diagnostics

extension EvaluationSet {
    /// Puts together what the files hold. Only texts that all of them have are compared; the report counts the others.
    ///
    /// The methods are the original, the identity, masks over the gold spans where every text has them, the baselines, and
    /// one iteration a round; a text that was finished before keeps its last version.
    ///
    /// - Throws: `InputError` as the readers do, and with `.data` where two files have different originals under one id or
    ///   no text in common.
    public static func read(_ files: EvaluationFiles) throws(InputError) -> (set: EvaluationSet, report: ReadingReport)
    {
        var builder = try EvaluationSetBuilder(files)
        let set = try builder.set()
        return (set, builder.report)
    }
}
