import CKernels
import Foundation
import TestSupport
import Testing

/// One row of the table: how to call a kernel and what it must give.
struct KernelCase: CustomTestStringConvertible, Sendable {
    /// The kernel's name in the dispatch table, and a word on the variant.
    let kernel: String
    var variant = ""
    /// Whether every instruction set gives the same bits.
    var identical = false
    let run: @Sendable (KernelRun) -> Void

    var testDescription: String { variant.isEmpty ? kernel : "\(kernel), \(variant)" }
}

@Suite("Kernels")
struct KernelTests {
    static let cases: [KernelCase] =
        mathCases + elementCases + normCases + softmaxCases + rowCases + updateCases + conversionCases + fourBitCases
        + eightBitCases

    /// Every count below the largest unrolled loop's step, and some beyond.
    static let counts = Array(1...67) + [127, 128, 129, 256, 300, 1000]

    @Test(
        "Every instruction set computes what the formula says, at any count and alignment, and writes nothing else",
        arguments: cases)
    func agreesWithItsFormula(_ kernelCase: KernelCase) {
        for count in Self.counts {
            for misalignment in [0, 1, 3] {
                var reference: [[UInt8]]?
                for (set, kernels) in instructionSets {
                    let run = KernelRun(kernels: kernels, count: count, misalignment: misalignment)
                    kernelCase.run(run)
                    let place = Comment("\(set), count \(count), \(misalignment) elements off alignment")
                    #expect(run.failures.isEmpty, place)
                    #expect(run.isIntact, place)
                    if kernelCase.identical {
                        #expect(run.contents == reference ?? run.contents, place)
                        reference = reference ?? run.contents
                    }
                    if !run.failures.isEmpty || !run.isIntact { return }
                }
            }
        }
    }

    @Test("Every kernel of the list has a row in the table")
    func tableIsComplete() throws {
        let list = try String(
            contentsOf: Fixtures.root.appendingPathComponent("Sources/CKernels/kernels.inc"), encoding: .utf8)
        let names = list.split(separator: "\n").filter { $0.hasPrefix("CK_KERNEL(") }.map {
            $0.split(separator: ",")[1].trimmingCharacters(in: .whitespaces)
        }
        #expect(names.count > 40)
        // The matrix product and attention are tested through their drivers.
        let others = names.filter { name in
            !["ck_gemm", "ck_few_rows", "ck_transpose", "ck_zip", "ck_attention"].contains { name.hasPrefix($0) }
        }
        #expect(Set(others).subtracting(Self.cases.map(\.kernel)).isEmpty)
    }

    @Test("The scalar reference exists everywhere and is the first set")
    func scalarIsFirst() {
        #expect(instructionSets.first?.name == "scalar")
    }
}
