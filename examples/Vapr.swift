// UNTESTED: written against the HTTP contract of `vapr serve`, never compiled here.
import Foundation

struct Scene: Decodable {
    struct Parcel: Decodable {
        let id: String?, stop: String?, verdict: String, confidence: Double
        let box: [Double]?, `where`: String?
    }
    struct Checklist: Decodable {
        let expected: Int, found: [String], missing: [String], taken: [String]
    }
    let size: [Int], parcels: [Parcel], checklist: Checklist
}

struct Message: Decodable {
    let type: String, v: Int
    let n: Int?, ttlS: Double?, scene: Scene?
    enum CodingKeys: String, CodingKey { case type, v, n, scene, ttlS = "ttl_s" }
}

struct Refusal: Decodable, Error { let code: String, detail: String }

final class Vapr {
    private let base: URL, token: String
    private var socket: URLSessionWebSocketTask?

    /// `base` is https://van.local:8714; `token` is what the QR code holds behind #token=.
    init(base: URL, token: String) { (self.base, self.token) = (base, token) }

    /// One ride: every scene, with the seconds its marks may still be shown.
    func follow(_ onScene: @escaping (Scene, Double) -> Void) async throws {
        let socket = URLSession.shared.webSocketTask(with: request("v1/ws"))
        self.socket = socket
        socket.resume()
        while true {
            guard case .string(let text) = try await socket.receive() else { continue }
            let message = try JSONDecoder().decode(Message.self, from: Data(text.utf8))
            guard message.v == 1, let scene = message.scene, let n = message.n else { continue }
            onScene(scene, message.ttlS ?? 0)
            try await socket.send(.string(#"{"type": "ack", "v": 1, "n": \#(n)}"#))
        }
    }

    /// The phone as the ride's camera: send a JPEG whenever the last scene has come.
    func send(jpeg: Data) async throws {
        try await socket?.send(.string(#"{"type": "frame", "v": 1, "name": ""}"#))
        try await socket?.send(.data(jpeg))
    }

    /// "open" with ["stop": …], "close" with [:], "take" or "untake" with ["key": …].
    func deed(_ name: String, _ body: [String: String]) async throws {
        var post = request("v1/ride/\(name)")
        post.httpMethod = "POST"
        post.setValue("application/json", forHTTPHeaderField: "Content-Type")
        post.httpBody = try JSONEncoder().encode(body)
        let (data, answer) = try await URLSession.shared.data(for: post)
        guard (answer as? HTTPURLResponse)?.statusCode == 200 else {
            throw try JSONDecoder().decode(Refusal.self, from: data)
        }
    }

    private func request(_ path: String) -> URLRequest {
        var request = URLRequest(url: base.appendingPathComponent(path))
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        return request
    }
}
