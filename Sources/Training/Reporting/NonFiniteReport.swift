/// What is printed when a value of a step is not finite: where it was and every row of the step, one a line, so that
/// the row that did it can be found.
///
/// - Parameters:
///   - quantity: the value's name, such as `loss`.
///   - value: the value.
///   - step: the optimizer step, from 1.
///   - microBatches: the indices of the rows of each micro-batch.
///   - dataset: the data set they are from.
/// - Returns: lines, without a newline at the end.
public func nonFiniteReport(
    _ quantity: String, value: Double, step: Int, microBatches: [[Int]], of dataset: TokenizedDataset
) -> String {
    var lines = ["\(quantity) is \(value) in step \(step); the rows of that step:"]
    for (number, rows) in microBatches.enumerated() {
        lines += rows.map { index in
            let row = dataset.rows[index]
            return "  micro-batch \(number + 1), \(dataset.path):\(row.line): "
                + "\(row.tokens.count) tokens, \(row.lossTokenCount) with loss"
        }
    }
    return lines.joined(separator: "\n")
}
