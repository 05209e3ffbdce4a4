# The one image of all process types. `docker run … twelvefold worker` and the
# like choose one; without an argument it is `web`.

FROM node:20.20.2-bookworm-slim AS assets
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY internal internal
COPY migrations migrations
COPY templates templates
COPY web web
COPY --from=assets /src/node_modules/htmx.org/dist/htmx.min.js web/static/vendor/htmx.min.js
ARG VERSION=development
ENV CGO_ENABLED=1 CGO_CFLAGS="-O2 -g0 -DNDEBUG"
RUN go build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" \
    -o /out/twelvefold ./cmd/twelvefold

# The same Debian as the build's, for the same C library.
FROM debian:bookworm-20250520-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo
COPY --from=build /out/twelvefold /usr/local/bin/twelvefold
RUN groupadd --gid 10001 twelvefold \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin twelvefold
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["twelvefold"]
CMD ["web"]
