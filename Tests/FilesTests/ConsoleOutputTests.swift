import Diagnostics
import Foundation
import Testing

@Suite("Output that nobody may read", .timeLimit(.minutes(1)))
struct ConsoleOutputTests {
    @Test("a pipe that is full and not read keeps nobody waiting")
    func fullPipe() {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        let filling = [UInt8](repeating: 0x2E, count: 4096)
        while write(descriptor, filling, filling.count) > 0 {}
        _ = fcntl(descriptor, F_SETFL, flags)
        ConsoleOutput.write("a", to: descriptor)
        // Room for one piece of several.
        _ = pipe.fileHandleForReading.readData(ofLength: 4096)
        ConsoleOutput.write(String(repeating: "b", count: 20_000), to: descriptor)
        pipe.fileHandleForWriting.closeFile()
        let rest = pipe.fileHandleForReading.readDataToEndOfFile()
        #expect(rest.suffix(4096) == Data(repeating: UInt8(ascii: "b"), count: 4096))
        #expect(!rest.contains(UInt8(ascii: "a")))
    }

    @Test("a text longer than a pipe holds arrives whole where it is read")
    func longText() {
        let pipe = Pipe()
        let text = String(repeating: "0123456789", count: 50_000)
        Thread.detachNewThread {
            ConsoleOutput.write(text, to: pipe.fileHandleForWriting.fileDescriptor)
            pipe.fileHandleForWriting.closeFile()
        }
        #expect(pipe.fileHandleForReading.readDataToEndOfFile() == Data(text.utf8))
    }

    @Test("a descriptor that is closed is passed over")
    func closed() { ConsoleOutput.write("text", to: 4095) }
}
