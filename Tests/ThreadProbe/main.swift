import CKernels
import Foundation
import Tensors

// Computes in every way there is and prints, after each, this process's threads and the processors each may use. Tests
// run it as a process of its own because their own has threads of the test runner.

func report(_ name: String) throws {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").sorted()
    let masks = try tasks.map { task in
        let status = try String(contentsOfFile: "/proc/self/task/\(task)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") } ?? ""
        return line.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
    }
    print(([name, "\(tasks.count)"] + masks).joined(separator: " "))
}

let a = Tensor.normal([128, 512], key: RandomKey(seed: 1))
let b = Tensor.normal([512, 512], key: RandomKey(seed: 2))

Machine.endOpenBLASThreads()
try report("start")
_ = matmul(a, b)
try report("products")
_ = try qrDecomposition(b)
_ = try singularValueDecomposition(a)
try report("lapack")
if ck_use_onednn_products(true) {
    _ = matmul(a.converted(to: .bfloat16), b.converted(to: .bfloat16))
}
try report("onednn")
