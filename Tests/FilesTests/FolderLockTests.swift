import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct FolderLockTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func refusal(_ folder: URL) -> InputError {
        InputError(.tryAgain, at: folder.path, "expected a folder of its own, found it in use by another process")
    }

    private func entries(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
    }

    @Test("a locked folder is refused by its name until the lock is given back, which leaves nothing")
    func exclusive() throws {
        try withFolder { folder in
            var lock: FolderLock? = try FolderLock(folder)
            #expect(throws: refusal(folder)) { try FolderLock(folder) }
            #expect(lock != nil)
            lock = nil
            #expect(try entries(folder) == [])
            lock = try FolderLock(folder)
        }
    }

    @Test("a lock that a killed process has left is taken over")
    func left() throws {
        try withFolder { folder in
            try Data().write(to: folder.appendingPathComponent(".lock"))
            let lock = try FolderLock(folder)
            #expect(throws: refusal(folder)) { try FolderLock(folder) }
            try lock.renew()
        }
    }

    @Test("a folder that was removed and made again is locked anew, unless another has it by then")
    func renewal() throws {
        try withFolder { folder in
            let inside = folder.appendingPathComponent("inside")
            func make() throws {
                try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: false)
            }
            try make()
            let lock = try FolderLock(inside)
            try FileManager.default.removeItem(at: inside)
            let error = #expect(throws: InputError.self) { try lock.renew() }
            #expect(error?.exitCode == .tryAgain && error?.place == inside.path + "/.lock")
            try make()
            var other: FolderLock? = try FolderLock(inside)
            #expect(throws: refusal(inside)) { try lock.renew() }
            #expect(other != nil)
            other = nil
            try lock.renew()
            #expect(throws: refusal(inside)) { try FolderLock(inside) }
        }
    }

    @Test("folders are made with those they lie in; what is in the way is named with the reason")
    func folders() throws {
        try withFolder { folder in
            let deep = folder.appendingPathComponent("a/b/c")
            try Folder.create(deep)
            try Folder.create(deep)
            #expect(try entries(folder.appendingPathComponent("a/b")) == ["c"])
            let file = folder.appendingPathComponent("file")
            try Data().write(to: file)
            #expect(throws: InputError(.tryAgain, at: file.path, "the folder cannot be made: File exists")) {
                try Folder.create(file)
            }
            let inside = file.appendingPathComponent("x")
            #expect(throws: InputError(.tryAgain, at: inside.path, "the folder cannot be made: Not a directory")) {
                try Folder.create(inside)
            }
        }
    }
}
