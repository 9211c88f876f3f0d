// UNTESTED: written against the HTTP contract of `vapr serve`, never compiled here.
// Needs OkHttp (com.squareup.okhttp3:okhttp) and Android's org.json.
import okhttp3.*
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.RequestBody.Companion.toRequestBody
import okio.ByteString.Companion.toByteString
import org.json.JSONObject

/** [base] is "https://van.local:8714"; [token] is what the QR code holds behind #token=. */
class Vapr(private val base: String, private val token: String, private val http: OkHttpClient) {
    private var socket: WebSocket? = null

    /** One ride: [onScene] gets every scene with the seconds its marks may still be shown. */
    fun follow(onScene: (scene: JSONObject, ttlS: Double) -> Unit, onEvent: (JSONObject) -> Unit) {
        socket = http.newWebSocket(request("/v1/ws").build(), object : WebSocketListener() {
            override fun onMessage(webSocket: WebSocket, text: String) {
                val message = JSONObject(text)
                if (message.getInt("v") != 1) return
                when (message.getString("type")) {
                    "scene" -> {
                        onScene(message.getJSONObject("scene"), message.getDouble("ttl_s"))
                        webSocket.send("""{"type": "ack", "v": 1, "n": ${message.getInt("n")}}""")
                    }
                    "events" -> message.getJSONArray("events").let { events ->
                        for (i in 0 until events.length()) onEvent(events.getJSONObject(i))
                    }
                }
            }
        })
    }

    /** The phone as the ride's camera: send a JPEG whenever the last scene has come. */
    fun send(jpeg: ByteArray, name: String) {
        socket?.send(JSONObject(mapOf("type" to "frame", "v" to 1, "name" to name)).toString())
        socket?.send(jpeg.toByteString())
    }

    /** "open" with {"stop": …}, "close" with {}, "take" or "untake" with {"key": …}. */
    fun deed(name: String, body: JSONObject): JSONObject {
        val json = body.toString().toRequestBody("application/json".toMediaType())
        http.newCall(request("/v1/ride/$name").post(json).build()).execute().use { answer ->
            val said = JSONObject(answer.body!!.string())
            check(answer.isSuccessful) { said.getString("code") }
            return said
        }
    }

    private fun request(path: String) =
        Request.Builder().url(base + path).header("Authorization", "Bearer $token")
}
