//go:build cgo

package ruby_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// controller, job and configuration are what most files of a Rails application
// are, with one fact or none in many lines.
const (
	controller = `class Shop%[1]dController < ApplicationController
  before_action :authenticate_user!, only: [:create, :update]

  # Lists what the shop sells.
  def index
    @products = Product.where(category: params[:category]).order(created_at: :desc).page(params[:page])
    respond_to do |format|
      format.html
      format.json { render json: @products.as_json(only: [:id, :name, :price]) }
    end
  end

  def create
    @order = current_user.orders.build(order_params)
    if @order.save
      OrderMailer.with(order: @order).receipt.deliver_later
      redirect_to @order, notice: "Thanks for your order #{@order.number}"
    else
      logger.warn "order of #{current_user.id} failed: #{@order.errors.full_messages.join(", ")}"
      render :new, status: :unprocessable_entity
    end
  end

  private

  def order_params
    params.require(:order).permit(:address, :note, items: [:product_id, :count])
  end
end
`
	job = `class Sync%[1]dJob < ApplicationJob
  queue_as :default
  RETRIES = 3

  def perform(shop_id, since: 1.day.ago)
    shop = Shop.find(shop_id)
    client = Faraday.new(url: ENV.fetch("INVENTORY_URL")) { |f| f.request :retry, max: RETRIES }
    client.get("/items", since: since.iso8601).body.each do |item|
      next unless item["sku"].present?

      Product.find_or_initialize_by(sku: item["sku"]).tap do |product|
        product.assign_attributes(name: item["name"], price: item["price"].to_i)
        product.save!
      end
    end
  rescue Faraday::Error => e
    Rails.logger.error("sync of #{shop_id}: #{e.message}")
    raise
  end
end
`
	configuration = `Rails.application.config.to_prepare do
  config = Rails.application.config_for(:shop%[1]d)
  Payments.configure do |payments|
    payments.key = ENV["PAYMENTS_KEY_%[1]d"] || config[:key]
    payments.timeout = Integer(ENV.fetch("PAYMENTS_TIMEOUT", 5))
  end
end
`
)

// BenchmarkRuby reads the files of a Rails application, parse included.
func BenchmarkRuby(b *testing.B) {
	var source strings.Builder
	for i := range 12 {
		fmt.Fprintf(&source, controller+job+configuration, i)
	}
	content := []byte(source.String())
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if len(files.File(inspect.Ruby, content)) == 0 {
			b.Fatal("no signals")
		}
	}
}

// BenchmarkRubyWithoutMarks reads files that state no more than their names and
// what they require: the pass that finds it out, and a parse of those lines.
func BenchmarkRubyWithoutMarks(b *testing.B) {
	var source strings.Builder
	source.WriteString("require \"shop/catalog\"\n\n")
	for i := range 12 {
		fmt.Fprintf(&source, strings.ReplaceAll(controller, "deliver_later", "deliver_when_paid"), i)
	}
	content := []byte(source.String())
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if len(files.File(inspect.Ruby, content)) != 1 {
			b.Fatal("another signal than the import")
		}
	}
}
