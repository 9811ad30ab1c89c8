import CKernels
import Diagnostics

/// Reads rows of one stored weight.
struct RowReader {
    let entry: WeightEntry
    let bytes: UnsafeRawBufferPointer
    /// Which stored row holds a given row, where the file orders them differently.
    let rowOrder: RotaryRowOrder?

    private let rowByteCount: Int

    /// - Parameters:
    ///   - bytes: all rows of the weight; a row holds whole blocks.
    ///   - place: what errors name.
    /// - Throws: `InputError` with `.data` where the encoding holds no real numbers.
    init(_ entry: WeightEntry, bytes: UnsafeRawBufferPointer, rowOrder: RotaryRowOrder? = nil, place: String) throws {
        guard entry.encoding.isFloatingPoint else {
            throw InputError(.data, at: place, "expected floating-point elements, found \(entry.encoding.rawValue)")
        }
        self.entry = entry
        self.bytes = bytes
        self.rowOrder = rowOrder
        rowByteCount = entry.rowLength / entry.encoding.blockElementCount * entry.encoding.blockByteCount
    }

    func readFloat32(rows: Range<Int>, into out: UnsafeMutableBufferPointer<Float>) {
        check(rows, out.count)
        guard let base = bytes.baseAddress, let target = out.baseAddress, !out.isEmpty else { return }
        let length = entry.rowLength
        for run in runs(rows) {
            entry.encoding.widen(
                base + run.stored * rowByteCount, into: target + (run.row - rows.lowerBound) * length,
                blockCount: run.count * length / entry.encoding.blockElementCount)
        }
    }

    func readBFloat16(rows: Range<Int>, into out: UnsafeMutableBufferPointer<UInt16>) {
        check(rows, out.count)
        guard let base = bytes.baseAddress, let target = out.baseAddress, !out.isEmpty else { return }
        let length = entry.rowLength
        if entry.encoding == .bfloat16 {
            for run in runs(rows) {
                UnsafeMutableRawPointer(target + (run.row - rows.lowerBound) * length)
                    .copyMemory(from: base + run.stored * rowByteCount, byteCount: run.count * rowByteCount)
            }
            return
        }
        let kernels = ck_active().pointee
        withUnsafeTemporaryAllocation(of: Float.self, capacity: length) { scratch in
            for row in rows {
                entry.encoding.widen(
                    base + storedRow(row) * rowByteCount, into: scratch.baseAddress!,
                    blockCount: length / entry.encoding.blockElementCount)
                kernels.ck_convert_f32_bf16(
                    Int64(length), scratch.baseAddress!, target + (row - rows.lowerBound) * length)
            }
        }
    }

    private func check(_ rows: Range<Int>, _ count: Int) {
        require(
            rows.lowerBound >= 0 && rows.upperBound <= entry.rowCount && count == rows.count * entry.rowLength,
            "WeightSource: rows \(rows) of \(entry.shape) into a buffer of \(count) elements")
    }

    private func storedRow(_ row: Int) -> Int { rowOrder?.storedRow(row) ?? row }

    /// Rows that follow each other both here and in the file.
    private func runs(_ rows: Range<Int>) -> [(row: Int, stored: Int, count: Int)] {
        guard rowOrder != nil else { return [(rows.lowerBound, rows.lowerBound, rows.count)] }
        return rows.map { ($0, storedRow($0), 1) }
    }
}

/// The order of rows in the query and key weights of GGUF's Llama architecture.
///
/// Rotary embedding turns pairs of features. Hugging Face pairs feature `j` of a head with `j + size / 2`; GGUF stores
/// the pair in neighbouring rows `2j` and `2j + 1`.
struct RotaryRowOrder: Equatable {
    /// Rows of one head, an even number.
    let headDimension: Int

    /// The row in the file that holds a row in Hugging Face's order.
    func storedRow(_ row: Int) -> Int {
        let within = row % headDimension
        let (half, pair) = within.quotientAndRemainder(dividingBy: headDimension / 2)
        return row - within + 2 * pair + half
    }
}
